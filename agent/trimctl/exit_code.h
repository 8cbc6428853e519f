/* The exit codes of trimctl; scripts rely on them. */
#ifndef TRIMCTL_EXIT_CODE_H
#define TRIMCTL_EXIT_CODE_H

enum ctl_exit {
    CTL_DONE = 0,
    CTL_REFUSED = 1,   /* The agent or the JVM did not do it, and says why. */
    CTL_USAGE = 2,     /* The command line is wrong. */
    CTL_NO_JVM = 3,    /* There is no such process, it is no HotSpot JVM, or it does not answer. */
    CTL_NO_AGENT = 4,  /* The JVM runs without the agent. */
    CTL_FORBIDDEN = 5, /* The caller may not: the JVM is another user's. */
    CTL_FAILED = 6     /* Anything else, such as memory that cannot be had. */
};

#endif
