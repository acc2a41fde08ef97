package org.kmemlab.buddy;

/// What happens when a block is given back that the caller does not hold.
public enum BadPagePolicy {
    /// A [BadPageException] says what is wrong.
    REFUSE,
    /// A report in the log (`BUG: Bad page state`), as from the kernel; nothing is changed, so that
    /// whoever does hold the pages keeps them. A frame that the machine does not have is refused
    /// all the same.
    REPORT
}
