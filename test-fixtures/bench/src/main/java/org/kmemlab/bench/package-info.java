/// JMH benchmarks: thin, one question each.
///
/// Run them with `mvn -Pbench -Dquick -DskipTests -pl test-fixtures/bench -am verify`.
@NullMarked
package org.kmemlab.bench;

import org.jspecify.annotations.NullMarked;
