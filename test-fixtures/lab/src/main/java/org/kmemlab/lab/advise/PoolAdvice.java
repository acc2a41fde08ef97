package org.kmemlab.lab.advise;

/// The reserve that the atomic requests to one cache need.
///
/// @param cache the cache
/// @param minNr the smallest reserve with which no atomic request fails; 0 if there was none
/// @param atomicRequests requests that may not wait (without `__GFP_DIRECT_RECLAIM`)
/// @param requests all requests
/// @param fromEvent the first event of the outage that needs so many elements, counted from 1; 0 if
///        there were no atomic requests
/// @param toEvent the request that takes the last of them
/// @param toPlace where it was made: a line of a trace, or its number in a run
public record PoolAdvice(String cache, long minNr, long atomicRequests, long requests,
        long fromEvent, long toEvent, long toPlace) {}
