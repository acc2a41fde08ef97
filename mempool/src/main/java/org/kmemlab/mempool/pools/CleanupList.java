package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/// What is to be done when a pool ends, the last registered first.
final class CleanupList {

    private record Cleanup(Object key, String name, Runnable action) {}

    private final List<Cleanup> cleanups = new ArrayList<>();

    void add(Object key, String name, Runnable action) {
        cleanups.add(new Cleanup(key, name, action));
    }

    /// Takes the one out that was registered last with a key.
    ///
    /// @return what it does; null if there is none
    @Nullable
    Runnable remove(Object key) {
        for (int i = cleanups.size() - 1; i >= 0; i--) {
            if (cleanups.get(i).key.equals(key)) {
                return cleanups.remove(i).action;
            }
        }
        return null;
    }

    /// Does and forgets all, those too that are registered meanwhile.
    ///
    /// @return how many there were
    int runAll(Failures failures) {
        int count = 0;
        while (!cleanups.isEmpty()) {
            failures.run(cleanups.removeLast().action);
            count++;
        }
        return count;
    }

    /// In the order of registration.
    List<String> names() {
        return cleanups.stream().map(Cleanup::name).toList();
    }
}
