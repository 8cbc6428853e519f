package trimagent;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the library answers. All of it may be called on any thread. */
final class Agent {
    /** Indices into what {@link #read} returns; java_figures.c fills it in the same order. */
    static final int TRIMS = 0;
    static final int RELEASED = 1;
    static final int TRIM_NANOS = 2;
    static final int LONGEST_TRIM_NANOS = 3;
    static final int REFAULTED = 4;
    static final int EXPECTED = 5;
    static final int RESIDENT = 6;
    static final int LIMIT = 7;
    static final int OLD_GCS = 8;
    static final int RELOAD_BURSTS = 9;
    static final int LOST_LOG_LINES = 10;
    static final int LOST_REPORTS = 11;
    static final int LAST_AGE_NANOS = 12;
    static final int LAST_NANOS = 13;
    static final int LAST_RELEASED = 14;
    static final int LAST_EXPECTED = 15;
    static final int LAST_LONGEST_WAIT = 16;
    static final int LONGEST_WAIT_EVER = 17;
    /** The six parts of the C heap begin here; they are -1 before the first look. */
    static final int HEAP = 18;

    /** Indices into what {@link #trim} is given. */
    static final int NUMBER = 0;
    static final int BEGAN = 1;
    static final int TOOK = 2;
    static final int BEFORE = 3;
    static final int AFTER = 4;
    static final int TRIM_RELEASED = 5;
    static final int TRIM_EXPECTED = 6;
    static final int LONGEST_WAIT = 7;

    static final int VERSION = 0;
    static final int ALLOCATOR = 1;
    static final int LAST_REASON = 2;
    static final int LAST_WAY = 3;
    static final int VERDICT = 4;

    private Agent() {
    }

    /** All figures. */
    static native long[] read();

    /** The names of the figures that belong to a map, such as {@code heap/in_use}; null of others. */
    static native String[] names();

    static native String word(int which);

    /** Carries out a command of late attach, and returns its answer. */
    static native String ask(String command);

    /** The figures whose names begin so. */
    static Map<String, Long> map(String room) {
        Map<String, Long> map = new LinkedHashMap<String, Long>();
        String[] names = names();
        long[] figures = read();
        for (int i = 0; i < names.length; i++) {
            if (names[i] != null && names[i].startsWith(room) && figures[i] >= 0) {
                map.put(names[i].substring(room.length()), figures[i]);
            }
        }
        return map;
    }
}
