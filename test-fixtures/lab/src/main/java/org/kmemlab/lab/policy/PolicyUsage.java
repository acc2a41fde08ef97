package org.kmemlab.lab.policy;

/// What a policy holds and what it has done so far.
///
/// @param blocks blocks in use
/// @param usableBytes bytes that their owners may use
/// @param pageBytes bytes of the pages it holds
/// @param metadataBytes bytes it needs to know its blocks: headers, index arrays, bitmaps, tables;
///        part of `pageBytes` where they lie in the pages
/// @param steps lists, bins or bitmap words that were looked at since the start; -1 where they are
///        not counted
/// @param stepsMax the most of these in one operation; -1 where that is not known
/// @param remoteFrees blocks freed on another CPU than they were allocated on; -1 where the policy
///        has nothing by CPU, or does not count them
public record PolicyUsage(long blocks, long usableBytes, long pageBytes, long metadataBytes,
        long steps, long stepsMax, long remoteFrees) {}
