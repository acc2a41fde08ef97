package org.kmemlab.fault;

/// A call that may fail.
///
/// @param point the fault point, for example `failslab`
/// @param target what it asks for there: the name of the cache or pool; empty if nothing has a name
/// @param size what it asks for, in the unit of the point
public record FaultCall(String point, String target, int size) {}
