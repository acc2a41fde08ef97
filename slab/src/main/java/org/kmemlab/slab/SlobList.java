package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/// The pages of SLOB with free blocks that serve requests of one range of sizes: a ring, so that the
/// search can begin anywhere without changing the order.
final class SlobList {

    private @Nullable SlobPage first;
    private int count;

    /// The page that a search begins with; null if there is none.
    @Nullable
    SlobPage first() {
        return first;
    }

    int count() {
        return count;
    }

    /// The page after one of the list; after the last one the first.
    static SlobPage after(SlobPage page) {
        return Objects.requireNonNull(page.next);
    }

    /// Adds a page in front of all others.
    void addFirst(SlobPage page) {
        SlobPage head = first;
        SlobPage tail = head == null ? page : Objects.requireNonNull(head.prev);
        page.next = head == null ? page : head;
        page.prev = tail;
        tail.next = page;
        after(page).prev = page;
        page.list = this;
        first = page;
        count++;
    }

    void remove(SlobPage page) {
        SlobPage before = Objects.requireNonNull(page.prev);
        SlobPage behind = after(page);
        before.next = behind;
        behind.prev = before;
        count--;
        if (count == 0) {
            first = null;
        } else if (page == first) {
            first = behind;
        }
        page.list = null;
        page.next = null;
        page.prev = null;
    }

    /// Lets the next search begin with this page of the list.
    void beginWith(SlobPage page) {
        first = page;
    }

    /// All pages, the first one first.
    List<SlobPage> pages() {
        List<SlobPage> pages = new ArrayList<>();
        SlobPage page = first;
        for (int i = 0; i < count; i++) {
            pages.add(Objects.requireNonNull(page));
            page = after(page);
        }
        return pages;
    }
}
