package org.kmemlab.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/// A Chromium without a window that looks at one page at a time.
final class Browser implements AutoCloseable {

    /// Runs before a page's own scripts and keeps what goes wrong.
    private static final String WATCH = """
            window.complaints = [];
            addEventListener('error', event => complaints.push('error: ' + event.message), true);
            addEventListener('unhandledrejection', event => complaints.push('' + event.reason));
            addEventListener('securitypolicyviolation',
              event => complaints.push('policy: ' + event.violatedDirective));
            for (const kind of ['error', 'warn']) {
              const was = console[kind];
              console[kind] = (...words) => {
                complaints.push(kind + ': ' + words.join(' '));
                was.apply(console, words);
              };
            }
            """;

    /// Held here: a logger that nobody holds forgets its level.
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;

    private Browser(Path chromium, Path driverFile) {
        // It warns of every Chromium that is newer than itself.
        SELENIUM.setLevel(Level.SEVERE);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        // Without a sandbox, as builds often run as root in containers.
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--force-device-scale-factor=1");
        // The builder that takes this path needs annotations that Selenium does not bring.
        System.setProperty(ChromeDriverService.CHROME_DRIVER_EXE_PROPERTY, driverFile.toString());
        driver = new ChromeDriver(options);
        driver.manage().window().setSize(new Dimension(1280, 1000));
        driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument",
                Map.of("source", WATCH));
    }

    /// Starts Chromium; nothing if it is not installed with its driver.
    static Optional<Browser> start() {
        Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<Path> driver = onPath("chromedriver");
        return chromium.isEmpty() || driver.isEmpty() ? Optional.empty()
                : Optional.of(new Browser(chromium.get(), driver.get()));
    }

    private static Optional<Path> onPath(String... names) {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.of(names).flatMap(name -> Stream.of(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))).filter(Files::isExecutable).findFirst();
    }

    /// Opens a file and waits until it is drawn.
    ///
    /// @param dark which of the two colour schemes somebody prefers
    void open(Path page, boolean dark) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
                List.of(Map.of("name", "prefers-color-scheme", "value",
                        dark ? "dark" : "light"))));
        driver.get(page.toUri().toString());
        settle();
    }

    /// Waits until what was asked for is drawn.
    void settle() {
        driver.executeAsyncScript("const done = arguments[0];"
                + "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))");
    }

    /// The value of a script.
    Object run(String script, Object... arguments) {
        return Objects.requireNonNull(
                ((JavascriptExecutor) driver).executeScript(script, arguments), script);
    }

    /// What the page complained of since it was opened.
    List<?> complaints() {
        return (List<?>) run("return complaints");
    }

    /// The elements of a selector.
    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    /// Presses keys where an element is.
    void press(WebElement element, CharSequence... keys) {
        run("arguments[0].focus(); return 1", element);
        element.sendKeys(keys);
        settle();
    }

    /// What axe finds serious or worse.
    List<?> barriers() throws IOException {
        try (InputStream in = Objects
                .requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
            driver.executeScript(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) Objects.requireNonNull(driver.executeAsyncScript("""
                const done = arguments[0];
                axe.run(document).then(result => done(result.violations
                  .filter(one => ['serious', 'critical'].includes(one.impact))
                  .map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 200)
                    + ' ' + node.any.concat(node.all).map(check => check.message)).slice(0, 3))),
                  failure => done(['' + failure]));
                """));
    }

    /// Writes what is seen into a file.
    void screenshot(Path file) throws IOException {
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
