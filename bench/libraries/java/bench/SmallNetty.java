package bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small server that has had many connections for once: threads take pooled direct buffers of
 * Netty's, as many connections hold them, and release all but a few. Netty gives the pool's chunks
 * back to malloc, and goes on with small requests.
 */
public final class SmallNetty {
    private static final int SMALLEST = 512;
    private static final int LARGEST = 32 << 10;
    private static final int REPLY = 1024;

    private SmallNetty() {
    }

    public static void main(String[] arguments) throws Exception {
        Parameters parameters = new Parameters(arguments);
        int mib = parameters.number("mib", 40);
        int threads = parameters.number("threads", 4);
        int keepOneIn = parameters.number("keep", 200);
        int after = parameters.number("after", 31);
        parameters.end();

        Stage stage = new Stage(0, 0);
        PooledByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
        new Peak(stage, threads, after).run(
                thread -> take(allocator, thread, ((long) mib << 20) / threads),
                held -> release(held, keepOneIn),
                number -> reply(allocator, number));
    }

    private static List<ByteBuf> take(PooledByteBufAllocator allocator, int thread, long bytes) {
        List<ByteBuf> held = new ArrayList<>();
        Random random = new Random(thread);
        for (long left = bytes; left > 0; ) {
            double share = random.nextDouble();
            int size = (int) (SMALLEST * Math.exp(share * Math.log((double) LARGEST / SMALLEST)));
            ByteBuf buffer = allocator.directBuffer(size);
            buffer.writeZero(size);
            held.add(buffer);
            left -= size;
            Native.countLive(size);
        }
        return held;
    }

    private static void release(List<ByteBuf> held, int keepOneIn) {
        for (int i = 0; i < held.size(); i++) {
            if (i % keepOneIn != 0) {
                Native.countLive(-held.get(i).capacity());
                held.get(i).release();
            }
        }
    }

    private static void reply(PooledByteBufAllocator allocator, long number) {
        ByteBuf buffer = allocator.directBuffer(REPLY);
        buffer.writeLong(number);
        buffer.release();
    }
}
