package org.kmemlab.slab;

/// Where an object of a cache lies.
///
/// @param slabPfn the first page frame of its slab
/// @param order log2 of the pages of its slab
/// @param first address of the slab's first object
/// @param index the object's number in its slab, from 0
public record ObjectPlace(int slabPfn, int order, long first, int index) {}
