package org.kmemlab.lab.policy;

/// What a page policy holds and what it has done so far.
///
/// @param usedPages frames in blocks that are in use
/// @param freePages frames that are not, those that CPUs keep for themselves included
/// @param freeHugePages free blocks of 2 MiB: how little the rest is scattered
/// @param metadataBytes bytes it needs to know its frames; -1 if that is not known
/// @param steps lists, counters or bitmap words that were looked at; -1 if they are not counted
/// @param stepsMax the most of these in one operation; -1 if they are not counted
public record PagePolicyUsage(long usedPages, long freePages, long freeHugePages,
        long metadataBytes, long steps, long stepsMax) {}
