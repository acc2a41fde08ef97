package org.kmemlab.lab.workload;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The workloads that come with kmemlab.
public final class Workloads {

    private static final List<Workload> GOOD = List.of(ObjectTable.WORKLOAD,
            PacketQueue.WORKLOAD, RadixTree.WORKLOAD, PageStore.WORKLOAD, DriverProbe.WORKLOAD,
            DentryCache.WORKLOAD, BlockRequests.WORKLOAD, PageRing.WORKLOAD, HashTable.WORKLOAD,
            TextBuffer.WORKLOAD, SearchTree.WORKLOAD, ShrinkableCache.WORKLOAD,
            ModuleCaches.WORKLOAD, BulkBatch.WORKLOAD, VirtualArray.WORKLOAD, RcuList.WORKLOAD,
            NodePools.WORKLOAD, ScatterList.WORKLOAD, TransactionLog.WORKLOAD,
            PerCpuBuffers.WORKLOAD, IdAllocator.WORKLOAD, IntervalMap.WORKLOAD,
            PipeBuffers.WORKLOAD, KeyRing.WORKLOAD, ExactBuffers.WORKLOAD, WorkQueue.WORKLOAD);

    private static final List<Workload> CANARIES = Arrays.stream(CanaryList.Defect.values())
            .map(CanaryList::with).toList();

    private Workloads() {
    }

    /// The workloads whose error paths are right.
    public static List<Workload> good() {
        return GOOD;
    }

    /// The workloads with one planted defect each.
    public static List<Workload> canaries() {
        return CANARIES;
    }

    /// The workload of this name.
    ///
    /// @throws IllegalArgumentException naming all workloads, if there is none
    public static Workload named(String name) {
        return Stream.concat(GOOD.stream(), CANARIES.stream())
                .filter(workload -> workload.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown workload '" + name
                        + "': expected one of " + names(GOOD) + "; canaries: "
                        + names(CANARIES)));
    }

    private static String names(List<Workload> workloads) {
        return workloads.stream().map(Workload::name).collect(Collectors.joining(", "));
    }
}
