package trimagent;

import java.lang.reflect.Field;

import jdk.jfr.FlightRecorder;

/** Writes events while there is a recording. */
final class Recorder implements Runnable {
    /** How long the rate of JFR's clock is measured, once. */
    private static final long MEASURED_MILLIS = 20;

    private static double ticksPerNano;

    private Recorder() {
    }

    /** JFR is in use by now; before, this would load much of it. */
    static void start() {
        FlightRecorder.register(NativeHeapTrim.class);
        FlightRecorder.addPeriodicEvent(CHeap.class, new Recorder());
    }

    /** On the agent's own thread. */
    static void trim(String reason, String way, String askedBy, long[] figures) throws Exception {
        NativeHeapTrim event = new NativeHeapTrim();
        if (!event.isEnabled()) {
            return;
        }
        event.number = figures[Agent.NUMBER];
        event.reason = reason;
        event.way = way;
        event.askedBy = askedBy;
        event.before = figures[Agent.BEFORE];
        event.after = figures[Agent.AFTER];
        event.released = figures[Agent.TRIM_RELEASED];
        event.expected = figures[Agent.TRIM_EXPECTED];
        event.longestWait = figures[Agent.LONGEST_WAIT];
        place(event, figures[Agent.BEGAN], figures[Agent.TOOK]);
        event.commit();
    }

    /**
     * JFR gives an event the time at which it begins and ends, but this one is over. So its two fields, which JFR adds
     * to the class, are set to when it was; they count ticks of a clock of JFR's own.
     */
    private static void place(NativeHeapTrim event, long beganNanos, long tookNanos) throws Exception {
        Field start = field("startTime");
        Field duration = field("duration");
        event.begin();
        long nanos = System.nanoTime();
        if (ticksPerNano == 0) {
            long ticks = start.getLong(event);
            long before = nanos;
            Thread.sleep(MEASURED_MILLIS);
            event.begin();
            nanos = System.nanoTime();
            ticksPerNano = (start.getLong(event) - ticks) / (double) (nanos - before);
        }
        start.setLong(event, start.getLong(event) - (long) ((nanos - beganNanos) * ticksPerNano));
        duration.setLong(event, Math.max(1, (long) (tookNanos * ticksPerNano)));
    }

    private static Field field(String name) throws NoSuchFieldException {
        Field field = NativeHeapTrim.class.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    /** Once each period, on a thread of JFR's. */
    @Override
    public void run() {
        long[] figures = Agent.read();
        int heap = Agent.HEAP;
        if (figures[heap] < 0) {
            return;
        }
        CHeap event = new CHeap();
        event.verdict = Agent.word(Agent.VERDICT);
        event.inUse = figures[heap];
        event.freeResident = figures[heap + 1];
        event.freePinned = figures[heap + 2];
        event.freeReleased = figures[heap + 3];
        event.top = figures[heap + 4];
        event.mapped = figures[heap + 5];
        event.resident = figures[Agent.RESIDENT];
        event.limit = figures[Agent.LIMIT];
        event.commit();
    }
}
