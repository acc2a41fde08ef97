package org.kmemlab.lab.faults;

/// Whether a site was tried.
///
/// @param site which one
/// @param first the first allocation of a run without faults that is made there, from 1; 0 if it is
///        reached only after another allocation has failed, or not at all by a call that may fail
/// @param covered whether an allocation there was the first to fail in some run; for a site that is
///        reached only after another failure, whether one failed at all
public record SiteCoverage(Site site, int first, boolean covered) {

    /// What two shards know of one site.
    SiteCoverage plus(SiteCoverage other) {
        return new SiteCoverage(site, Math.max(first, other.first), covered || other.covered);
    }
}
