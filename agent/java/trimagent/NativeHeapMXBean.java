package trimagent;

import java.util.Map;

/** {@code trimagent:type=NativeHeap}; docs/JFR-JMX.md tells what each attribute means. */
public interface NativeHeapMXBean {
    String getVersion();

    String getAllocator();

    String getVerdict();

    long getTrims();

    Map<String, Long> getTrimsByReason();

    Map<String, Long> getTrimsByWay();

    Map<String, Long> getSkipsByReason();

    long getReleasedBytes();

    long getRefaultedBytes();

    long getExpectedBytes();

    long getTrimNanos();

    long getLongestTrimNanos();

    long getLongestWaitNanos();

    Map<String, Long> getCHeapBytes();

    long getResidentBytes();

    long getMemoryLimitBytes();

    Map<String, Long> getCpuNanos();

    long getOldGcs();

    long getReloadBursts();

    long getLostLogLines();

    long getLostReports();

    String getLastTrimReason();

    String getLastTrimWay();

    long getLastTrimTime();

    long getLastTrimNanos();

    long getLastTrimLongestWaitNanos();

    long getLastTrimReleasedBytes();

    long getLastTrimExpectedBytes();

    String trim();

    String diagnose();
}
