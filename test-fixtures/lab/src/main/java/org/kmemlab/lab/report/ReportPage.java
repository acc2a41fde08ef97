package org.kmemlab.lab.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// One self-contained HTML page. Parts that were not given are named on it, with the commands that
/// make them.
///
/// Data is put into the page as JSON inside a `script` element that is not executed; each `<` in it
/// is written as an escape, so that no text, such as a cache's name, can end the element.
public final class ReportPage {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> STYLES = List.of("uPlot.min.css", "report.css");
    private static final List<String> LIBRARIES = List.of("uPlot.iife.min.js", "echarts.min.js");
    private static final List<String> SCRIPTS = List.of("dom.js", "theme.js", "lines.js",
            "cells.js", "bars.js", "replay.js", "pages.js", "slabs.js", "compare.js", "results.js",
            "main.js");

    private final ObjectNode data = JSON.createObjectNode();

    /// A page without parts.
    ///
    /// @param command the command line that makes it
    /// @param version of this library and of Java
    public ReportPage(String command, String version) {
        data.put("command", command);
        data.put("version", version);
        data.putArray("files");
    }

    /// Adds the replay of a trace.
    public ReportPage with(ReplayRecord replay) {
        data.set("replay", replay.toJson());
        return this;
    }

    /// Adds what another command has found; one result of each kind.
    public ReportPage with(ResultFile file) {
        data.set(file.kind().key(), file.content());
        data.withArray("files").addObject().put("kind", file.kind().key()).put("name", file.name());
        return this;
    }

    /// The data of the page.
    JsonNode data() {
        return data;
    }

    /// The page.
    ///
    /// @throws IOException if this library was packed without a part of it
    public String html() throws IOException {
        // The data comes last: it may hold anything, a mark of the template too.
        Map<String, String> parts = Map.of("/*STYLE*/", join(STYLES), "/*LIBRARIES*/",
                join(LIBRARIES), "/*SCRIPT*/", join(SCRIPTS));
        String page = resource("report.html");
        for (Map.Entry<String, String> part : parts.entrySet()) {
            page = page.replace(part.getKey(), part.getValue());
        }
        return page.replace("/*DATA*/", JSON.writeValueAsString(data).replace("<", "\\u003c"));
    }

    private static String join(List<String> names) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(resource(name)).append('\n');
        }
        return text.toString();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException("resource " + name + " of "
                        + ReportPage.class.getPackageName() + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
