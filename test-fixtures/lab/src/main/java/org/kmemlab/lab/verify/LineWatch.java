package org.kmemlab.lab.verify;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.DecisionTrail;
import org.kmemlab.buddy.PageAllocator;

/// Waits for one line of a recording and writes down how our allocator decides it.
public final class LineWatch {

    private final long line;
    private final DecisionTrail trail = new DecisionTrail();
    private final List<String> answers = new ArrayList<>();

    /// Watches a line of the file, counted from 1.
    public LineWatch(long line) {
        this.line = line;
    }

    /// Whether the line was reached and decided something.
    public boolean isReached() {
        return !answers.isEmpty();
    }

    /// What was asked, what the kernel answered, how ours came to its answer, and that answer.
    public List<String> lines() {
        List<String> all = new ArrayList<>(answers);
        if (!all.isEmpty()) {
            all.addAll(all.size() - 1, trail.lines());
        }
        return all;
    }

    /// Follows the decisions of an allocator if it is about to decide the line.
    ///
    /// @return whether it is
    public boolean begin(long atLine, PageAllocator pages) {
        if (atLine != line) {
            return false;
        }
        pages.follow(trail);
        return true;
    }

    public void end(PageAllocator pages, String request, String recorded, String got) {
        pages.follow(null);
        answers.clear();
        answers.add("request  " + request);
        answers.add("kernel   " + recorded);
        answers.add("kmemlab  " + got);
    }
}
