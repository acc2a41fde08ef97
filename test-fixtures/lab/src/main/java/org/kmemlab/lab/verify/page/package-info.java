/// Rungs 3 and 5 for pages: single operations with complete state, and the page events of traces.
@NullMarked
package org.kmemlab.lab.verify.page;

import org.jspecify.annotations.NullMarked;
