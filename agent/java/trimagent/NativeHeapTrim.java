package trimagent;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("trimagent.NativeHeapTrim")
@Label("Native Heap Trim")
@Category("trimagent")
@Description("Freed native memory was given back to the system")
@StackTrace(false)
final class NativeHeapTrim extends Event {
    @Label("Number")
    long number;

    @Label("Reason")
    String reason;

    @Label("Asked By")
    String askedBy;

    @Label("Way")
    String way;

    @Label("Resident Before")
    @DataAmount
    long before;

    @Label("Resident After")
    @DataAmount
    long after;

    @Label("Released")
    @DataAmount
    long released;

    @Label("Expected")
    @DataAmount
    long expected;

    @Label("Longest Wait")
    @Description("The longest that a thread may have waited for malloc")
    @Timespan
    long longestWait;
}
