/// A run of benchmarks for people and programs: text, JSON, and a web page that needs no network.
@NullMarked
package org.kmemlab.bench.report;

import org.jspecify.annotations.NullMarked;
