package org.kmemlab.lab.policy;

/// A policy that cuts runs of pages into equal objects, and can say how many of these slabs are
/// neither full nor empty.
public interface PartialSlabs {

    /// Slabs with both free objects and objects in use. May walk all slabs.
    long partialSlabs();
}
