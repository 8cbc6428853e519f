package trimagent;

import java.lang.management.ManagementFactory;
import java.util.Map;

import javax.management.JMException;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;

public final class NativeHeap extends NotificationBroadcasterSupport implements NativeHeapMXBean {
    private static final String TYPE = "trimagent.trim";
    private static final String[] NAMES = {
        "reason", "way", "askedBy", "number", "took", "before", "after", "released", "expected", "longestWait"
    };

    private static NativeHeap bean;

    private NativeHeap() {
        super(new MBeanNotificationInfo(new String[] {TYPE}, Notification.class.getName(), "A trim"));
    }

    static void start() throws JMException {
        NativeHeap heap = new NativeHeap();
        ManagementFactory.getPlatformMBeanServer().registerMBean(heap, new ObjectName("trimagent:type=NativeHeap"));
        bean = heap;
    }

    /** On the agent's own thread. */
    static void trim(String reason, String way, String askedBy, long[] figures) throws JMException {
        OpenType<?>[] types = new OpenType<?>[NAMES.length];
        Object[] values = {
            reason, way, askedBy, figures[Agent.NUMBER], figures[Agent.TOOK], figures[Agent.BEFORE],
            figures[Agent.AFTER], figures[Agent.TRIM_RELEASED], figures[Agent.TRIM_EXPECTED],
            figures[Agent.LONGEST_WAIT]
        };
        for (int i = 0; i < types.length; i++) {
            types[i] = i < 3 ? SimpleType.STRING : SimpleType.LONG;
        }
        Notification note = new Notification(
            TYPE, "trimagent:type=NativeHeap", figures[Agent.NUMBER], "trim #" + figures[Agent.NUMBER] + " " + reason);
        note.setUserData(
            new CompositeDataSupport(new CompositeType("trim", "A trim", NAMES, NAMES, types), NAMES, values));
        bean.sendNotification(note);
    }

    public String getVersion() {
        return Agent.word(Agent.VERSION);
    }

    public String getAllocator() {
        return Agent.word(Agent.ALLOCATOR);
    }

    public String getVerdict() {
        return Agent.word(Agent.VERDICT);
    }

    public long getTrims() {
        return Agent.read()[Agent.TRIMS];
    }

    public Map<String, Long> getTrimsByReason() {
        return Agent.map("trims/");
    }

    public Map<String, Long> getTrimsByWay() {
        return Agent.map("ways/");
    }

    public Map<String, Long> getSkipsByReason() {
        return Agent.map("skips/");
    }

    public long getReleasedBytes() {
        return Agent.read()[Agent.RELEASED];
    }

    public long getRefaultedBytes() {
        return Agent.read()[Agent.REFAULTED];
    }

    public long getExpectedBytes() {
        return Agent.read()[Agent.EXPECTED];
    }

    public long getTrimNanos() {
        return Agent.read()[Agent.TRIM_NANOS];
    }

    public long getLongestTrimNanos() {
        return Agent.read()[Agent.LONGEST_TRIM_NANOS];
    }

    public long getLongestWaitNanos() {
        return Agent.read()[Agent.LONGEST_WAIT_EVER];
    }

    public Map<String, Long> getCHeapBytes() {
        return Agent.map("heap/");
    }

    public long getResidentBytes() {
        return Agent.read()[Agent.RESIDENT];
    }

    public long getMemoryLimitBytes() {
        return Agent.read()[Agent.LIMIT];
    }

    public Map<String, Long> getCpuNanos() {
        return Agent.map("cpu/");
    }

    public long getOldGcs() {
        return Agent.read()[Agent.OLD_GCS];
    }

    public long getReloadBursts() {
        return Agent.read()[Agent.RELOAD_BURSTS];
    }

    public long getLostLogLines() {
        return Agent.read()[Agent.LOST_LOG_LINES];
    }

    public long getLostReports() {
        return Agent.read()[Agent.LOST_REPORTS];
    }

    public String getLastTrimReason() {
        return Agent.word(Agent.LAST_REASON);
    }

    public String getLastTrimWay() {
        return Agent.word(Agent.LAST_WAY);
    }

    public long getLastTrimTime() {
        long age = Agent.read()[Agent.LAST_AGE_NANOS];
        return age < 0 ? -1 : System.currentTimeMillis() - age / 1000000;
    }

    public long getLastTrimNanos() {
        return Agent.read()[Agent.LAST_NANOS];
    }

    public long getLastTrimLongestWaitNanos() {
        return Agent.read()[Agent.LAST_LONGEST_WAIT];
    }

    public long getLastTrimReleasedBytes() {
        return Agent.read()[Agent.LAST_RELEASED];
    }

    public long getLastTrimExpectedBytes() {
        return Agent.read()[Agent.LAST_EXPECTED];
    }

    public String trim() {
        return Agent.ask("trim");
    }

    public String diagnose() {
        // A fresh look, whose answer is for programs.
        Agent.ask("figures");
        return Agent.ask("status");
    }
}
