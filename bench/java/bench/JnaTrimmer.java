package bench;

import com.sun.jna.Function;

/** Calls malloc_trim(0) through JNA. */
final class JnaTrimmer implements Trimmer {
    private final Function mallocTrim = Function.getFunction("c", "malloc_trim");

    @Override
    public void trim() {
        mallocTrim.invokeInt(new Object[] {0L});
    }
}
