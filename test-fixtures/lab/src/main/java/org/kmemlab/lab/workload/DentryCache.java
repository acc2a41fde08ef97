package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_ACCOUNT;
import static org.kmemlab.api.KernelFlags.SLAB_MEM_SPREAD;
import static org.kmemlab.api.KernelFlags.SLAB_RECLAIM_ACCOUNT;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// Names and the files they stand for.
final class DentryCache extends Structure {

    static final Workload WORKLOAD = new Program("dentry-inode",
            "directory entries with inodes; long names live outside the entry", DentryCache::run);

    private static final int NEXT = 0;
    private static final int INODE = 8;
    private static final int LONG_NAME = 16;
    private static final int NAME_INSIDE = 24;
    private static final int DENTRY_BYTES = 192;
    private static final int SHORT_NAME_MAX = 32;
    private static final int INODE_BYTES = 600;

    private final KmemCache dentries;
    private final KmemCache inodes;
    private long head;

    private DentryCache(Kernel kernel) {
        super(kernel);
        dentries = cache("test_dentry", DENTRY_BYTES,
                SLAB_RECLAIM_ACCOUNT | SLAB_MEM_SPREAD | SLAB_ACCOUNT);
        inodes = cache("test_inode", INODE_BYTES, SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (DentryCache names = new DentryCache(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 7; i++) {
                int length = 1 + random.nextInt(2 * SHORT_NAME_MAX);
                good = calls.make(() -> names.create(length));
            }
        }
    }

    private boolean create(int nameLength) {
        long dentry = kernel.kmem_cache_zalloc(dentries, GFP_KERNEL);
        if (dentry == 0) {
            return false;
        }
        long name = dentry + NAME_INSIDE;
        if (nameLength > SHORT_NAME_MAX) {
            name = kernel.kmalloc(nameLength, GFP_KERNEL);
            if (name == 0) {
                kernel.kmem_cache_free(dentries, dentry);
                return false;
            }
            store(dentry, LONG_NAME, name);
        }
        memory.fill(name, nameLength, (byte) 'n');
        long inode = kernel.kmem_cache_alloc(inodes, GFP_KERNEL);
        if (inode == 0) {
            free(dentry);
            return false;
        }
        memory.fill(inode, INODE_BYTES, (byte) 0);
        store(dentry, INODE, inode);
        store(dentry, NEXT, head);
        head = dentry;
        return true;
    }

    private void free(long dentry) {
        if (load(dentry, INODE) != 0) {
            kernel.kmem_cache_free(inodes, load(dentry, INODE));
        }
        kernel.kfree(load(dentry, LONG_NAME));
        kernel.kmem_cache_free(dentries, dentry);
    }

    @Override
    public void close() {
        while (head != 0) {
            long next = load(head, NEXT);
            free(head);
            head = next;
        }
        kernel.kmem_cache_destroy(inodes);
        kernel.kmem_cache_destroy(dentries);
    }
}
