package org.kmemlab.lab.policy;

/// A policy whose memory is that of the process it runs in.
public interface OwnProcess {

    /// Resident bytes of the process, beyond those before the policy served anything.
    long residentBytes();
}
