/* A library with more thread-local data than the agent's threads have of stack. */
static _Thread_local volatile char large_tls[512 << 10] __attribute__((tls_model("initial-exec")));

/* So that it is there, as a library's would be. */
__attribute__((constructor)) static void touch(void)
{
    large_tls[sizeof large_tls - 1] = 1;
}
