/* Counts the system calls that change files below one folder, and ends the process at one of them.
 *
 * Loaded before everything else (LD_PRELOAD), so the calls of every library are seen: Python's,
 * DuckDB's and delta-rs's alike. `qingyu_arm(at, prefix)` starts the count anew: call number `at`
 * is not made, the process ends there (at < 0: only count).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 65536
static char prefix[4096];
static size_t prefix_length;
static atomic_long counted;
static long kill_at = -1;
static int armed;
static atomic_uchar ours[MOST_FILES];
static int trace = -1;

void qingyu_arm(long at, const char *below)
{
    strncpy(prefix, below, sizeof prefix - 1);
    prefix_length = strlen(prefix);
    atomic_store(&counted, 0);
    kill_at = at;
    armed = 1;
}

/* One line for each call from now on, into a file outside the folder. */
void qingyu_trace(int fd) { trace = fd; }

long qingyu_count(void) { return atomic_load(&counted); }

static void step(const char *call, const char *path)
{
    long number = atomic_fetch_add(&counted, 1) + 1;
    if (number == kill_at)
        _exit(9);
    if (trace >= 0)
        dprintf(trace, "%s %s\n", call, path);
}

static int below(const char *path)
{
    return armed && strncmp(path, prefix, prefix_length) == 0;
}

static int is_ours(int fd) { return armed && fd >= 0 && fd < MOST_FILES && atomic_load(&ours[fd]); }

static int opened(int fd, int mine)
{
    if (fd >= 0 && fd < MOST_FILES)
        atomic_store(&ours[fd], (unsigned char)mine);
    return fd;
}

static int writes(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MODE(flags, last)                                                                         \
    mode_t mode = 0;                                                                              \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                        \
        va_list rest;                                                                             \
        va_start(rest, last);                                                                     \
        mode = va_arg(rest, mode_t);                                                              \
        va_end(rest);                                                                             \
    }

/* A file opened only for reading is tracked too (its folder may be synced), but not counted. */
#define OPEN(name)                                                                                \
    int name(const char *path, int flags, ...)                                                    \
    {                                                                                             \
        MODE(flags, flags)                                                                        \
        int mine = below(path);                                                                   \
        if (mine && writes(flags))                                                                \
            step(#name, path);                                                                             \
        return opened(REAL(name)(path, flags, mode), mine);                                       \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                              \
    int name(int folder, const char *path, int flags, ...)                                        \
    {                                                                                             \
        MODE(flags, flags)                                                                        \
        int mine = below(path) || (path[0] != '/' && is_ours(folder));                    \
        if (mine && writes(flags))                                                                \
            step(#name, path);                                                                             \
        return opened(REAL(name)(folder, path, flags, mode), mine);                               \
    }
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd)
{
    opened(fd, 0);
    return REAL(close)(fd);
}

#define ON_FILE(type, name, declared, given)                                                      \
    type name declared                                                                            \
    {                                                                                             \
        if (is_ours(fd))                                                                          \
            step(#name, "");                                                                      \
        return REAL(name) given;                                                                  \
    }
ON_FILE(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
ON_FILE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
ON_FILE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
ON_FILE(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
ON_FILE(int, fsync, (int fd), (fd))
ON_FILE(int, fdatasync, (int fd), (fd))
ON_FILE(int, ftruncate, (int fd, off_t size), (fd, size))
ON_FILE(int, ftruncate64, (int fd, off64_t size), (fd, size))
ON_FILE(int, fallocate, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size))

#define ON_PATH(name, declared, path, given)                                                      \
    int name declared                                                                             \
    {                                                                                             \
        if (below(path))                                                                          \
            step(#name, path);                                                                    \
        return REAL(name) given;                                                                  \
    }
ON_PATH(rename, (const char *from, const char *to), to, (from, to))
ON_PATH(renameat, (int f, const char *from, int t, const char *to), to, (f, from, t, to))
ON_PATH(renameat2, (int f, const char *from, int t, const char *to, unsigned int flags), to,
        (f, from, t, to, flags))
ON_PATH(link, (const char *from, const char *to), to, (from, to))
ON_PATH(linkat, (int f, const char *from, int t, const char *to, int flags), to,
        (f, from, t, to, flags))
ON_PATH(unlink, (const char *path), path, (path))
ON_PATH(unlinkat, (int folder, const char *path, int flags), path, (folder, path, flags))
ON_PATH(mkdir, (const char *path, mode_t mode), path, (path, mode))
ON_PATH(mkdirat, (int folder, const char *path, mode_t mode), path, (folder, path, mode))
ON_PATH(rmdir, (const char *path), path, (path))
