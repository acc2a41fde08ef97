package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;

/// If it failed, somebody who opens a report would see nothing, wrong numbers, or could not use it
/// without a mouse or without eyes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportInBrowserTest {

    /// How much of a canvas is drawn on.
    private static final String PAINTED = """
            const canvas = arguments[0];
            const copy = document.createElement('canvas');
            copy.width = canvas.width;
            copy.height = canvas.height;
            const context = copy.getContext('2d');
            context.drawImage(canvas, 0, 0);
            const pixels = context.getImageData(0, 0, copy.width, copy.height).data;
            let painted = 0;
            for (let i = 3; i < pixels.length; i += 4) {
              painted += pixels[i] > 0 ? 1 : 0;
            }
            return painted;
            """;

    /// No colour of the light theme's maps is nearly black.
    private static final String DARK_PIXELS = """
            const canvas = arguments[0];
            const pixels = canvas.getContext('2d')
              .getImageData(0, 0, canvas.width, canvas.height).data;
            let dark = 0;
            for (let i = 0; i < pixels.length; i += 4) {
              dark += pixels[i + 3] > 250 && pixels[i] + pixels[i + 1] + pixels[i + 2] < 60 ? 1 : 0;
            }
            return dark;
            """;

    private Optional<Browser> started = Optional.empty();
    private Path page;
    private JsonNode data;

    @BeforeAll
    void writeTheReport(@TempDir Path temporary) throws IOException {
        started = Browser.start();
        assumeTrue(started.isPresent(), "chromium and chromedriver are not on the PATH: reports are"
                + " not looked at in a browser; Debian's packages are chromium chromium-driver");
        SampleReport sample = SampleReport.in(temporary);
        page = sample.page();
        data = sample.data();
    }

    @AfterAll
    void close() {
        started.ifPresent(Browser::close);
    }

    private Browser open(boolean dark) {
        Browser browser = started.orElseThrow();
        browser.open(page, dark);
        return browser;
    }

    private static WebElement plot(Browser browser, String title) {
        return browser.all(".plot[aria-label^='" + title + ".']").getFirst();
    }

    private static String live(Browser browser, WebElement plot) {
        return browser.run("return arguments[0].closest('.card').querySelector('.live')"
                + ".textContent", plot).toString();
    }

    /// The rows of a table that somebody opens.
    private static List<?> table(Browser browser, String title) {
        browser.run("""
                for (const one of document.querySelectorAll('details')) {
                  if (one.querySelector('summary').textContent === arguments[0]) {
                    one.open = true;
                  }
                }
                return 1;
                """, title);
        browser.settle();
        return (List<?>) browser.run("""
                for (const one of document.querySelectorAll('details')) {
                  if (one.querySelector('summary').textContent === arguments[0]) {
                    return [...one.querySelectorAll('tbody tr')]
                      .map(row => [...row.cells].map(cell => cell.textContent).join('|'));
                  }
                }
                return [];
                """, title);
    }

    /// A part would be missing, a chart blank, or the page complain to nobody.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void page_drawsEverything_withoutComplaint(boolean dark) {
        Browser browser = open(dark);

        assertThat(browser.all("section h2").stream().map(WebElement::getText)).containsExactly(
                "Over time", "Free lists", "Pages", "Slabs", "Comparison", "Fault campaign",
                "Benchmark", "Checks", "What made this page");
        assertThat(browser.all(".plot")).hasSizeGreaterThan(15)
                .allMatch(plot -> !plot.findElements(By.tagName("canvas"))
                        .isEmpty());
        assertThat(browser.all(".plot canvas")).allMatch(
                canvas -> ((Number) browser.run(PAINTED, canvas)).longValue() > 500);
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.run("return performance.getEntriesByType('resource').length"))
                .isEqualTo(0L);
    }

    /// Somebody who prefers dark would be dazzled.
    @Test
    void page_followsTheColourScheme() {
        String light = open(false).run("return getComputedStyle(document.body).backgroundColor")
                .toString();
        String dark = open(true).run("return getComputedStyle(document.body).backgroundColor")
                .toString();

        assertThat(light).isEqualTo("rgb(245, 246, 248)");
        assertThat(dark).isEqualTo("rgb(16, 21, 28)");
    }

    /// The page would show other numbers than were measured.
    @Test
    void numbers_areThoseOfTheData() {
        Browser browser = open(false);
        JsonNode replay = data.get("replay");

        assertThat(replay.at("/events").asInt()).isEqualTo(700);
        assertThat(browser.all(".tile strong").getFirst().getText()).isEqualTo("700");
        List<?> objects = table(browser, "Table: Objects in use");
        JsonNode column = replay.at("/series/columns/objects");
        assertThat(objects).hasSize(column.size());
        for (int i = 0; i < objects.size(); i++) {
            assertThat(objects.get(i)).isEqualTo(
                    replay.at("/series/event/" + i).asInt() + "|" + column.get(i).asInt());
        }
        assertThat(table(browser, "Table: programs")).hasSize(1).first().asString()
                .startsWith("canary-double-free|yes|"
                        + data.at("/faults/workloads/0/allocations").asInt());
        assertThat(table(browser, "Table: recordings")).hasSize(1).first().asString()
                .contains("|" + grouped(data.at("/verify/files/0/items").asInt()) + "|"
                        + grouped(data.at("/verify/files/0/equal").asInt()) + "|");
        assertThat(table(browser, "Table: small").get(1)).isEqualTo(
                "first-fit|16 KiB ± 512 B|25 % ± 1.25 %|2.5");
        assertThat(table(browser, "Table: ring of 16 live objects, 64 bytes, 1 thread").get(1))
                .isEqualTo("Netty 4.2 pooled, direct|42|×10.5|37.8|50.4|–");
    }

    private static String grouped(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// Objects would be drawn into slabs that do not hold them, or pages get lost.
    @Test
    void slabsAndPages_areThoseOfTheData() {
        Browser browser = open(false);
        JsonNode last = data.at("/replay/moments").get(data.at("/replay/moments").size() - 1);
        JsonNode evil = last.at("/caches").get(0);
        int free = 0;
        int objects = 0;
        for (JsonNode slab : evil.get("slabs")) {
            objects += slab.get(1).asInt();
            free += slab.size() - 2;
        }
        long pages = 0;
        for (int i = 0; i < last.get("runs").size(); i += 2) {
            pages += last.get("runs").get(i).asInt();
        }

        assertThat(evil.get("name").asString()).isEqualTo(SampleReport.EVIL);
        assertThat(objects - free).isEqualTo(100);
        assertThat(table(browser, "Table: caches").getFirst().toString())
                .startsWith(SampleReport.EVIL + "|100|" + objects + "|");
        long shown = table(browser, "Table: pages by user").stream()
                .mapToLong(
                        row -> Long.parseLong(row.toString().split("\\|", -1)[1].replace(",", "")))
                .sum();
        assertThat(shown).isEqualTo(pages);
    }

    /// Somebody without a mouse could not look closer.
    @Test
    void lineChart_keyboard_zoomsAndMovesAllCharts() {
        Browser browser = open(false);
        WebElement objects = plot(browser, "Objects in use");
        WebElement slabs = plot(browser, "Slabs");

        assertThat(live(browser, objects)).startsWith("event 0 to 700");
        browser.press(objects, "+");
        assertThat(live(browser, objects)).startsWith("event 175 to 525");
        assertThat(live(browser, slabs)).startsWith("event 175 to 525");
        browser.press(objects, Keys.HOME);
        assertThat(live(browser, objects)).startsWith("event 0 to 350");
        browser.press(objects, Keys.ARROW_RIGHT);
        assertThat(live(browser, objects)).startsWith("event 70 to 420");
        browser.press(objects, "0");
        assertThat(live(browser, objects)).startsWith("event 0 to 700");
    }

    /// Somebody who cannot see the map would not be told what is where.
    @Test
    void pageMap_keyboard_tellsCellsAndZoomsToFrames() {
        Browser browser = open(false);
        WebElement map = plot(browser, "Page map");

        browser.press(map, Keys.ARROW_RIGHT);
        String coarse = live(browser, map);
        assertThat(coarse).matches("frame 0x\\p{XDigit}+ to 0x\\p{XDigit}+: .*");
        browser.press(map, "+", "+", "+", "+", "+");
        assertThat(live(browser, map)).matches("frame 0x\\p{XDigit}+: .*");
        browser.press(map, "0");
        assertThat(live(browser, map)).contains(" to 0x");
        browser.press(plot(browser, "Slab occupancy"), Keys.ARROW_RIGHT);
        assertThat(live(browser, plot(browser, "Slab occupancy"))).contains(SampleReport.EVIL,
                " in use");
        assertThat(browser.complaints()).isEmpty();
    }

    /// A colour that is no colour would be drawn black.
    @ParameterizedTest
    @ValueSource(strings = {"by owner", "by migrate type"})
    void pageMap_everyColouring_hasNoBlackCells(String colouring) {
        Browser browser = open(false);

        browser.run("""
                for (const one of document.querySelectorAll('#pages select')) {
                  one.selectedIndex = [...one.options].findIndex(o => o.text === arguments[0]);
                  one.dispatchEvent(new Event('change'));
                }
                return 1;
                """, colouring);
        browser.settle();

        List<WebElement> swatches = browser.all("#pages .legend .swatch");
        assertThat(swatches).hasSizeGreaterThan(3);
        assertThat((Long) browser.run(DARK_PIXELS,
                plot(browser, "Page map").findElement(By.tagName("canvas")))).isZero();
        browser.run("document.querySelector('#pages button').click(); return 1");
        browser.settle();
        assertThat((Long) browser.run(DARK_PIXELS,
                plot(browser, "Page map").findElement(By.tagName("canvas")))).isZero();
    }

    /// Another moment would show the same machine.
    @Test
    void moment_isChosenForAllPictures() {
        Browser browser = open(false);
        WebElement slider = browser.all("input[type=range]").getFirst();

        browser.press(slider, Keys.HOME);

        assertThat(browser.all("output")).allMatch(place -> place.getText().equals("event 0"));
        assertThat(table(browser, "Table: caches")).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    /// Screen readers, or eyes that need contrast, would be shut out.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void page_hasNoSeriousBarrier(boolean dark) throws IOException {
        Browser browser = open(dark);
        browser.run("document.querySelectorAll('details').forEach(one => one.open = true);"
                + " return 1");
        browser.settle();

        assertThat(browser.barriers()).isEmpty();
    }
}
