package org.kmemlab.machine;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;

/// The control groups of a machine. A task that is in none is not charged for anything.
///
/// Allocators count nothing until there is a group; the first one tells them. Only a stepped machine
/// has groups: in live use nobody says which task a thread runs.
public final class MemCgroups {

    private final MachineConfig config;
    private final List<MemCgroup> groups = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();

    MemCgroups(MachineConfig config) {
        this.config = config;
    }

    /// Makes a group right below the machine.
    ///
    /// @see #create(String, MemCgroup)
    public MemCgroup create(String name) {
        return create(name, null);
    }

    /// Makes a group without a limit.
    ///
    /// @param parent the group that it is part of; null for none
    /// @throws IllegalArgumentException if there is a group of that name, or the kernel was built
    ///         without [ConfigOption#MEMCG_KMEM], or the machine is live
    public MemCgroup create(String name, @Nullable MemCgroup parent) {
        KernelProfile profile = config.profile();
        Validate.isTrue(profile.has(ConfigOption.MEMCG_KMEM),
                "control group %s: kernel %s was built without MEMCG_KMEM", name, profile.name());
        Validate.isTrue(!config.isLive(),
                "control group %s: a live machine does not say which task a thread runs", name);
        Validate.isTrue(groups.stream().noneMatch(group -> group.name().equals(name)),
                "there is a control group %s already", name);
        MemCgroup group = new MemCgroup(name, parent);
        groups.add(group);
        waiting.forEach(Runnable::run);
        waiting.clear();
        return group;
    }

    /// All groups, the oldest first.
    public List<MemCgroup> all() {
        return List.copyOf(groups);
    }

    /// Whether there is any.
    public boolean exist() {
        return !groups.isEmpty();
    }

    /// Runs an action when the first group is made; now if there is one.
    public void whenFirst(Runnable action) {
        if (exist()) {
            action.run();
        } else {
            waiting.add(action);
        }
    }
}
