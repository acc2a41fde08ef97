package org.kmemlab.machine;

/// Something that happened to a kernel and makes its later reports less credible.
public enum Taint {
    /// Memory was found damaged.
    BAD_PAGE('B', 5),
    /// A warning was printed.
    WARNED('W', 9),
    /// A module that is not part of the kernel was loaded.
    FOREIGN_MODULE('O', 12);

    final char letter;
    final int column;

    Taint(char letter, int column) {
        this.letter = letter;
        this.column = column;
    }
}
