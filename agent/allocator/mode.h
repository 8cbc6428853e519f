/* How free memory is given back: the values of option mode. */
#ifndef TRIMAGENT_MODE_H
#define TRIMAGENT_MODE_H

enum trim_mode {
    TRIM_MODE_AUTO = 0, /* Borrow where malloc_trim would hold a lock for long, or where it reaches
                           nothing. */
    TRIM_MODE_BORROW,   /* Borrow wherever there is something; malloc_trim only for short rests. */
    TRIM_MODE_TRIM      /* malloc_trim alone. */
};

#endif
