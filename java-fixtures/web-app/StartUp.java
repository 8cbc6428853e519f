package fixtures.web;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/**
 * Does what starting a web application does: it loads classes by the hundred, takes native memory
 * for the time of its start, and keeps some more until it is undeployed.
 */
@WebListener
public final class StartUp implements ServletContextListener {
    private static final int CLASSES = 300;
    /** Each takes some 260 KiB from malloc. */
    private static final int DURING_START = 600;
    private static final int UNTIL_UNDEPLOYED = 200;

    private final List<Deflater> kept = new ArrayList<>();

    @Override
    public void contextInitialized(ServletContextEvent event) {
        List<Deflater> temporary = new ArrayList<>();
        take(temporary, DURING_START);
        take(kept, UNTIL_UNDEPLOYED);
        try {
            for (int i = 0; i < CLASSES; i++) {
                Class.forName("fixtures.web.generated.Part" + i);
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        release(temporary);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        release(kept);
    }

    /** Takes native memory and writes to it, so that it is resident. */
    private static void take(List<Deflater> deflaters, int count) {
        byte[] input = new byte[1 << 17];
        byte[] output = new byte[1 << 10];
        for (int i = 0; i < count; i++) {
            Deflater deflater = new Deflater();
            deflaters.add(deflater);
            deflater.setInput(input);
            deflater.deflate(output);
        }
    }

    private static void release(List<Deflater> deflaters) {
        for (Deflater deflater : deflaters) {
            deflater.end();
        }
        deflaters.clear();
    }
}
