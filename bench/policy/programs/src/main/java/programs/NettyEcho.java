package programs;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Two echo servers on Netty, one with pooled and one with unpooled direct buffers, and their
 * clients. Bursts of large messages come between quiet phases of 3 to 20 s. Argument: seconds.
 */
public final class NettyEcho {
    private static final int CLIENTS_EACH = 4;
    private static final int SMALLEST = 16 << 10;
    private static final int LARGEST = 2 << 20;
    private static final int LONGEST_FRAME = 4 << 20;
    /** As long as a server takes for its answer. */
    private static final int WORK_MS = 300;

    private NettyEcho() {
    }

    public static void main(String[] arguments) throws Exception {
        Schedule schedule = new Schedule(Integer.parseInt(arguments[0]));
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        List<Channel> clients = new ArrayList<>();
        for (ByteBufAllocator allocator : new ByteBufAllocator[] {
                PooledByteBufAllocator.DEFAULT, UnpooledByteBufAllocator.DEFAULT}) {
            Channel server = listen(group, allocator);
            for (int i = 0; i < CLIENTS_EACH; i++) {
                clients.add(connect(group, server, allocator));
            }
        }
        ByteBuf message = Unpooled.directBuffer(LARGEST).writeZero(LARGEST);
        Random random = new Random(3);
        do {
            burst(clients, message, (24 + random.nextInt(140)) << 20, random);
        } while (schedule.sleep(3000 + random.nextInt(17000)));
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private static Channel listen(EventLoopGroup group, ByteBufAllocator allocator)
            throws InterruptedException {
        return new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(handlers(Echo::new))
                .bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    }

    private static Channel connect(EventLoopGroup group, Channel server,
            ByteBufAllocator allocator) throws InterruptedException {
        return new Bootstrap().group(group).channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, allocator)
                .handler(handlers(Drop::new))
                .connect(server.localAddress()).sync().channel();
    }

    private static ChannelInitializer<Channel> handlers(
            Supplier<ChannelInboundHandlerAdapter> last) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(
                        new LengthFieldBasedFrameDecoder(LONGEST_FRAME, 0, 4, 0, 4),
                        new LengthFieldPrepender(4), last.get());
            }
        };
    }

    private static void burst(List<Channel> clients, ByteBuf message, int bytes, Random random) {
        for (int left = bytes; left > 0;) {
            int length = SMALLEST + random.nextInt(LARGEST - SMALLEST);
            Channel client = clients.get(random.nextInt(clients.size()));
            client.writeAndFlush(message.retainedSlice(0, length), client.voidPromise());
            left -= length;
        }
    }

    /** Holds what has come while it works, and sends it back. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.executor().schedule(
                    () -> context.writeAndFlush(message, context.voidPromise()),
                    WORK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private static final class Drop extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ((ByteBuf) message).release();
        }
    }
}
