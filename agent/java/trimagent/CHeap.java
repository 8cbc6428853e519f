package trimagent;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

@Name("trimagent.CHeap")
@Label("C Heap")
@Category("trimagent")
@Description("What malloc has from the system, at the agent's last look at it")
@Period("10 s")
@StackTrace(false)
final class CHeap extends Event {
    @Label("Verdict")
    @Description("Leak or retention")
    String verdict;

    @Label("In Use")
    @DataAmount
    long inUse;

    @Label("Free, Resident")
    @DataAmount
    long freeResident;

    @Label("Free, Pinned")
    @DataAmount
    long freePinned;

    @Label("Free, Released")
    @DataAmount
    long freeReleased;

    @Label("Top")
    @DataAmount
    long top;

    @Label("Mapped")
    @DataAmount
    long mapped;

    @Label("Resident")
    @DataAmount
    long resident;

    @Label("Memory Limit")
    @DataAmount
    long limit;
}
