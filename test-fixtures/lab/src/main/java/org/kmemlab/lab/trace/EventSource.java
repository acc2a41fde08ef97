package org.kmemlab.lab.trace;

import java.io.Closeable;
import java.io.IOException;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;

/// What [TraceCursor] goes through: the events of one form of a trace, put into an [EventRecord].
sealed interface EventSource extends Closeable permits TextEvents, BinaryEvents {

    /// Goes to the next event.
    ///
    /// @throws InputException if the file is damaged
    boolean next() throws IOException;

    /// Reads what stands before the first event, and tells how many CPUs that names; 0 if none.
    int announcedCpus() throws IOException;

    /// The number of the event's line in the text, from 1.
    long lineNumber();

    /// The symbol of the event's task.
    int task();

    SymbolTable tasks();

    SymbolTable callSites();

    SymbolTable cacheNames();

    /// What the lines up to here were.
    TraceCounts counts();

    RecordedFile source();

    /// What a binary trace was made from; empty for text.
    String recordedAs();
}
