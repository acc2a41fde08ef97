package org.kmemlab.lab.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.machine.ZoneSpan;

/// Reads the dumps in a recorded file: a `state.txt` of a trace, or the beginning of a step log.
///
/// A dump is a run of the operations `pb`, `bi`, `fl`, `pcp` and `kall`, in this sequence; a new
/// one starts at `pb`. The lines of other operations, and of dumps without `pb`, are passed over.
///
/// ```text
///   5 pb
///     pb node=0 zone=DMA start=1 spanned=4095 present=3998 managed=3840 types=0111
///   6 bi
///     bi node=0 zone=DMA nr_free=0,0,0,0,0,0,0,0,1,1,3 cpu0:... vm_nr_free=3840 min=31 ...
///   7 fl
///     fl node=0 zone=DMA order=8 mt=0: 100
///   8 pcp
///     pcp node=0 zone=DMA cpu=0 count=0 high=38 batch=1 free_factor=0
///     pcplist zone=DMA cpu=0 list=0: 4ccb 268b
///   9 kall
///     cache dentry ...
/// ```
public final class StateReader {

    private final String file;
    private final List<RecordedState> finished = new ArrayList<>();
    private final List<ZoneDump> zones = new ArrayList<>();
    private final List<RecordedCache> caches = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private @Nullable CacheDump cache;
    private @Nullable ZoneDump cpuZone;
    private boolean inDump;

    private StateReader(String file) {
        this.file = file;
    }

    /// All dumps of a file, in its sequence; closes it.
    ///
    /// @return empty if the file has no dump
    /// @throws StateFormatException if a line of a dump does not say what it should
    /// @throws IOException if the file cannot be read
    public static List<RecordedState> readAll(RecordedFile file) throws IOException {
        StateReader reader = new StateReader(file.name());
        try (LineReader lines = new LineReader(file)) {
            while (lines.next()) {
                reader.take(lines.number(), lines.text());
            }
            reader.finish(DumpLine.of(file.name(), lines.number() + 1, "end"));
        }
        return List.copyOf(reader.finished);
    }

    /// The state right before the first event or operation: the first dump of a file; closes it.
    ///
    /// @throws StateFormatException if the file has no dump
    /// @throws IOException if the file cannot be read
    public static RecordedState readFirst(RecordedFile file) throws IOException {
        List<RecordedState> states = readAll(file);
        if (states.isEmpty()) {
            throw new StateFormatException(file.name(), 1,
                    "no state: expected a line 'pb' and dumps after it");
        }
        return states.getFirst();
    }

    private void take(long number, String text) throws StateFormatException {
        if (text.isBlank()) {
            return;
        }
        DumpLine line = DumpLine.of(file, number, text);
        if (text.startsWith(" ")) {
            if (inDump) {
                takeDumped(line);
            }
            return;
        }
        String operation = line.words().size() > 1 ? line.words().get(1) : "";
        switch (operation) {
            case "pb" -> {
                finish(line);
                inDump = true;
            }
            case "bi", "fl", "pcp", "kall" -> {
                // The next part of the dump, if there is one.
            }
            default -> finish(line);
        }
    }

    private void takeDumped(DumpLine line) throws StateFormatException {
        switch (line.topic()) {
            case "pb" -> zones.add(ZoneDump.of(line));
            case "bi" -> zone(line).info(line);
            case "fl" -> zone(line).freeList(line);
            case "pcp" -> {
                cpuZone = zone(line);
                cpuZone.cpu(line);
            }
            case "pcplist" -> {
                if (cpuZone == null || cpuZone.span().type() != ZoneDump.zoneType(line)) {
                    throw line.bad("no pcp line of its zone before it");
                }
                cpuZone.cpuList(line);
            }
            case "cache" -> startCache(line);
            case "ks", "ksf" -> takeSlabs(line);
            default -> throw line.bad("unknown line in a dump");
        }
    }

    private void startCache(DumpLine line) throws StateFormatException {
        finishCache();
        cache = CacheDump.of(line);
        if (cache == null) {
            unread.add(CacheDump.nameOf(line));
        }
    }

    private void takeSlabs(DumpLine line) throws StateFormatException {
        if (cache == null) {
            if (unread.isEmpty()) {
                throw line.bad("no cache line before it");
            }
            return;
        }
        if (line.topic().equals("ks")) {
            cache.slabs(line);
        } else {
            cache.freelist(line);
        }
    }

    private void finishCache() {
        if (cache != null) {
            caches.add(cache.finish());
            cache = null;
        }
    }

    private ZoneDump zone(DumpLine line) throws StateFormatException {
        int node = line.decimal("node");
        for (ZoneDump zone : zones) {
            if (zone.span().node() == node && zone.span().type() == ZoneDump.zoneType(line)) {
                return zone;
            }
        }
        throw line.bad("no pb line of node " + node + " zone " + line.text("zone"));
    }

    /// Ends a dump, if one is going on.
    private void finish(DumpLine where) throws StateFormatException {
        finishCache();
        if (inDump) {
            List<ZoneSpan> spans = zones.stream().map(ZoneDump::span).toList();
            List<ZoneState> states = new ArrayList<>();
            for (ZoneDump zone : zones) {
                states.add(zone.finish(spans, where));
            }
            finished.add(new RecordedState(states, caches, unread));
        }
        inDump = false;
        zones.clear();
        caches.clear();
        unread.clear();
        cpuZone = null;
    }
}
