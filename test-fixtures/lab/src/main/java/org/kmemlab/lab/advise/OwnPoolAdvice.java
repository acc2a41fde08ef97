package org.kmemlab.lab.advise;

/// The reserve that the pools of a workload itself need.
///
/// @param pools what messages call them
/// @param minNr the smallest reserve of each with which no request fails or waits for ever
/// @param minNrNow what the workload asks for; the largest, if there are several
/// @param requests how often the pools asked their sources in a run without failures
/// @param runs how many runs with that reserve worked, one for each outage
/// @param fromRequest the first request of an outage that a smaller reserve does not survive; 0 if
///        `minNr` is 1, as a reserve cannot be smaller
/// @param failedPlace the request that fails then, in words; empty if `minNr` is 1
public record OwnPoolAdvice(String pools, int minNr, int minNrNow, long requests, long runs,
        long fromRequest, String failedPlace) {}
