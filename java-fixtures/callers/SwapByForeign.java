import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A model server that calls the agent through java.lang.foreign (JDK 22 and later), right after it has swapped its
 * model. One file, to be run as {@code java --enable-native-access=ALL-UNNAMED SwapByForeign.java}. Otherwise as
 * SwapByJna.java.
 */
public final class SwapByForeign {
    private static final int RTLD_LAZY = 1;
    private static final int RTLD_NOLOAD = 4;
    private static final long LARGE = 3L << 30;
    private static final int BLOCK = 32 << 10;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** The agent. */
    static final class TrimAgent {
        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle REQUEST =
            find("trimagent_request", FunctionDescriptor.of(INT, ValueLayout.ADDRESS));
        private static final MethodHandle READ =
            find("trimagent_read", FunctionDescriptor.of(INT, ValueLayout.ADDRESS));
        /** struct trimagent_snapshot: thirteen figures of 64 bits, the first of which is its size. */
        private static final StructLayout SNAPSHOT =
            MemoryLayout.structLayout(MemoryLayout.sequenceLayout(13, LONG).withName("figures"));

        private TrimAgent() {
        }

        /** A function of the agent; null where the JVM runs without it. This loads nothing. */
        private static MethodHandle find(String name, FunctionDescriptor type) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment agent = (MemorySegment) of("dlopen",
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, INT))
                    .invokeExact(arena.allocateFrom("libtrimagent.so"), RTLD_LAZY | RTLD_NOLOAD);
                if (agent.address() == 0) {
                    return null;
                }
                MemorySegment address = (MemorySegment) of("dlsym",
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(agent, arena.allocateFrom(name));
                return address.address() == 0 ? null : LINKER.downcallHandle(address, type);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** What the agent answered; -1 where it is not loaded. */
        static int request(String reason) {
            try (Arena arena = Arena.ofConfined()) {
                return REQUEST == null ? -1 : (int) REQUEST.invokeExact(arena.allocateFrom(reason));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** How many releases there were; -1 where that is not known. */
        static long releases() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment snapshot = arena.allocate(SNAPSHOT);
                snapshot.set(LONG, 0, SNAPSHOT.byteSize());
                return READ == null || (int) READ.invokeExact(snapshot) != 0 ? -1 : snapshot.get(LONG, 8);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final MethodHandle MALLOC = of("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, LONG));
    private static final MethodHandle FREE = of("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private SwapByForeign() {
    }

    /** A function of the C library. */
    private static MethodHandle of(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type);
    }

    public static void main(String[] arguments) throws Throwable {
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

    /** mallinfo counts in ints, mallinfo2 (glibc 2.33 and later) in size_t; both have ten figures. */
    private static void compareMallInfos() throws Throwable {
        // Nobody writes to it, so that it takes no memory.
        MemorySegment large = (MemorySegment) MALLOC.invokeExact(LARGE);
        StructLayout narrow = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, INT).withName("figures"));
        StructLayout wide = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, LONG).withName("figures"));
        Optional<MemorySegment> mallinfo2 = Linker.nativeLinker().defaultLookup().find("mallinfo2");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) of("mallinfo", FunctionDescriptor.of(narrow))
                .invokeExact((SegmentAllocator) arena);
            say("mallinfo: " + info.getAtIndex(INT, 4));
            if (mallinfo2.isPresent()) {
                MemorySegment info2 = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(mallinfo2.get(), FunctionDescriptor.of(wide)).invokeExact((SegmentAllocator) arena);
                say("mallinfo2: " + info2.getAtIndex(LONG, 4));
            } else {
                say("mallinfo2: none");
            }
        }
        FREE.invokeExact(large);
    }

    /** The old model: 128 MiB. */
    private static MemorySegment[] load() throws Throwable {
        MemorySegment[] blocks = new MemorySegment[4096];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = ((MemorySegment) MALLOC.invokeExact((long) BLOCK)).reinterpret(BLOCK);
            blocks[i].fill((byte) 1);
        }
        return blocks;
    }

    /** All but one in a hundred: a model leaves something behind. */
    private static void free(MemorySegment[] blocks) throws Throwable {
        for (int i = 0; i < blocks.length - 1; i++) {
            if (i % 100 != 0) {
                FREE.invokeExact(blocks[i]);
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
