import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/**
 * A model server that calls the agent through JNA, right after it has swapped its model. One file, to be run as
 * {@code java -cp jna.jar SwapByJna.java}. Each line of standard input is the reason of one request, upon which it
 * prints {@code asked: ERROR, N releases}: what the agent answered (-1: it is not loaded) and how many releases
 * there were before. It also prints what malloc says of a block of 3 GiB, and with the argument {@code cost} what
 * the calls cost.
 */
public final class SwapByJna {
    private static final int RTLD_LAZY = 1;
    private static final int RTLD_NOLOAD = 4;
    private static final long LARGE = 3L << 30;
    private static final int BLOCK = 32 << 10;

    /** The agent. */
    static final class TrimAgent {
        private static final Function REQUEST = find("trimagent_request");
        private static final Function READ = find("trimagent_read");

        private TrimAgent() {
        }

        /** A function of the agent; null where the JVM runs without it. This loads nothing. */
        private static Function find(String name) {
            NativeLibrary process = NativeLibrary.getProcess();
            Pointer agent = process.getFunction("dlopen")
                .invokePointer(new Object[] {"libtrimagent.so", RTLD_LAZY | RTLD_NOLOAD});
            Pointer address = agent == null
                ? null
                : process.getFunction("dlsym").invokePointer(new Object[] {agent, name});
            return address == null ? null : Function.getFunction(address);
        }

        /** What the agent answered; -1 where it is not loaded. */
        static int request(String reason) {
            return REQUEST == null ? -1 : REQUEST.invokeInt(new Object[] {reason});
        }

        /** How many releases there were; -1 where that is not known. */
        static long releases() {
            Snapshot snapshot = new Snapshot();
            snapshot.size = snapshot.size();
            return READ == null || READ.invokeInt(new Object[] {snapshot}) != 0 ? -1 : snapshot.releases;
        }
    }

    /** struct trimagent_snapshot. */
    @Structure.FieldOrder({
        "size", "releases", "releasedBytes", "releaseNs", "longestNs", "cpuNs", "lastBytes", "lastAgeNs",
        "estimateAgeNs", "expectedBytes", "residentBytes", "freeBytes", "wholePagesBytes"})
    public static final class Snapshot extends Structure {
        public long size;
        public long releases;
        public long releasedBytes;
        public long releaseNs;
        public long longestNs;
        public long cpuNs;
        public long lastBytes;
        public long lastAgeNs;
        public long estimateAgeNs;
        public long expectedBytes;
        public long residentBytes;
        public long freeBytes;
        public long wholePagesBytes;
    }

    /** struct mallinfo, in which each figure is an int. */
    @Structure.FieldOrder({
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"})
    public static final class MallInfo extends Structure implements Structure.ByValue {
        public int arena;
        public int ordblks;
        public int smblks;
        public int hblks;
        public int hblkhd;
        public int usmblks;
        public int fsmblks;
        public int uordblks;
        public int fordblks;
        public int keepcost;
    }

    /** struct mallinfo2, from glibc 2.33 on: the same, and each figure is a size_t. */
    @Structure.FieldOrder({
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"})
    public static final class MallInfo2 extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }

    /** The C library. */
    public interface C extends Library {
        C LIBRARY = Native.load("c", C.class);

        Pointer malloc(long bytes);

        void free(Pointer block);

        MallInfo mallinfo();

        MallInfo2 mallinfo2();
    }

    private SwapByJna() {
    }

    public static void main(String[] arguments) throws IOException {
        compareMallInfos();
        if (arguments.length > 0 && arguments[0].equals("cost")) {
            measure();
        }
        free(load());
        say("freed");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String reason = input.readLine(); reason != null; reason = input.readLine()) {
            long before = TrimAgent.releases();
            say("asked: " + TrimAgent.request(reason) + ", " + before + " releases");
        }
    }

    private static void compareMallInfos() {
        // Nobody writes to it, so that it takes no memory.
        Pointer large = C.LIBRARY.malloc(LARGE);
        say("mallinfo: " + C.LIBRARY.mallinfo().hblkhd);
        try {
            say("mallinfo2: " + C.LIBRARY.mallinfo2().hblkhd);
        } catch (UnsatisfiedLinkError e) {
            say("mallinfo2: none");
        }
        C.LIBRARY.free(large);
    }

    /** The old model: 128 MiB. */
    private static Pointer[] load() {
        Pointer[] blocks = new Pointer[4096];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = C.LIBRARY.malloc(BLOCK);
            blocks[i].setMemory(0, BLOCK, (byte) 1);
        }
        return blocks;
    }

    /** All but one in a hundred: a model leaves something behind. */
    private static void free(Pointer[] blocks) {
        for (int i = 0; i < blocks.length - 1; i++) {
            if (i % 100 != 0) {
                C.LIBRARY.free(blocks[i]);
            }
        }
    }

    private static void measure() {
        for (int round = 0; round < 5; round++) {
            long began = System.nanoTime();
            for (int i = 0; i < 200000; i++) {
                TrimAgent.releases();
            }
            long read = System.nanoTime();
            for (int i = 0; i < 2000; i++) {
                TrimAgent.request("cost");
            }
            long end = System.nanoTime();
            say("read " + (read - began) / 200000 + " ns, request " + (end - read) / 2000 + " ns");
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
