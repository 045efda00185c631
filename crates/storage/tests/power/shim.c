/* Records every write, truncation, removal and sync below SHIM_FOLDER into SHIM_TRACE, in the order in which they happen,
 * so that the test can rebuild what a disk may hold after a power loss at any moment. Loaded with LD_PRELOAD.
 *
 * A record: operation (1 byte), length of the path (4), path, offset or size (8), length of the data (8), data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { FDS = 4096 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *path_of[FDS];
static int trace = -1;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void start(void) {
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_write = dlsym(RTLD_NEXT, "write");
    real_open = dlsym(RTLD_NEXT, "open");
    real_close = dlsym(RTLD_NEXT, "close");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    const char *file = getenv("SHIM_TRACE");
    if (file) trace = real_open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static int ours(const char *path) {
    const char *folder = getenv("SHIM_FOLDER");
    size_t length = strlen(path);
    if (trace < 0 || !folder || strncmp(path, folder, strlen(folder)) != 0) return 0;
    /* Shared memory: worth nothing after a restart, and rebuilt. */
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = real_write(trace, at, length);
        if (done <= 0) abort();
        at += done;
        length -= (size_t)done;
    }
}

static void record(char operation, const char *path, uint64_t offset, const void *data, uint64_t length) {
    uint32_t path_length = (uint32_t)strlen(path);
    put(&operation, 1);
    put(&path_length, sizeof path_length);
    put(path, path_length);
    put(&offset, sizeof offset);
    put(&length, sizeof length);
    if (length) put(data, length);
}

static const char *path_for(int fd) { return fd >= 0 && fd < FDS ? path_of[fd] : NULL; }

static int opened(int fd, const char *path, int flags) {
    char full[PATH_MAX];
    if (fd < 0 || fd >= FDS || !realpath(path, full) || !ours(full)) return fd;
    pthread_mutex_lock(&lock);
    free(path_of[fd]);
    path_of[fd] = strdup(full);
    if (flags & O_TRUNC) record('t', full, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN(name)                                                 \
    int name(const char *path, int flags, ...) {                   \
        va_list rest;                                              \
        va_start(rest, flags);                                     \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;  \
        va_end(rest);                                              \
        return opened(real_open(path, flags, mode), path, flags);  \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (path_for(fd)) {
        free(path_of[fd]);
        path_of[fd] = NULL;
    }
    int result = real_close(fd);
    pthread_mutex_unlock(&lock);
    return result;
}

#define PWRITE(name)                                                           \
    ssize_t name(int fd, const void *data, size_t length, off_t offset) {      \
        if (!path_for(fd)) return real_pwrite(fd, data, length, offset);       \
        pthread_mutex_lock(&lock);                                             \
        ssize_t done = real_pwrite(fd, data, length, offset);                  \
        if (done > 0) record('w', path_of[fd], (uint64_t)offset, data, (uint64_t)done); \
        pthread_mutex_unlock(&lock);                                           \
        return done;                                                           \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int fd, const void *data, size_t length) {
    if (!path_for(fd)) return real_write(fd, data, length);
    pthread_mutex_lock(&lock);
    ssize_t done = real_write(fd, data, length);
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (done > 0) record('w', path_of[fd], (uint64_t)(end - done), data, (uint64_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define TRUNCATE(name)                                                         \
    int name(int fd, off_t size) {                                             \
        pthread_mutex_lock(&lock);                                             \
        int result = real_ftruncate(fd, size);                                 \
        if (result == 0 && path_for(fd)) record('t', path_of[fd], (uint64_t)size, NULL, 0); \
        pthread_mutex_unlock(&lock);                                           \
        return result;                                                         \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define SYNC(name)                                                             \
    int name(int fd) {                                                         \
        pthread_mutex_lock(&lock);                                             \
        int result = real_##name(fd);                                          \
        if (result == 0 && path_for(fd)) record('s', path_of[fd], 0, NULL, 0); \
        pthread_mutex_unlock(&lock);                                           \
        return result;                                                         \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    char full[PATH_MAX];
    pthread_mutex_lock(&lock);
    int known = realpath(path, full) != NULL && ours(full);
    int result = real_unlink(path);
    if (result == 0 && known) record('u', full, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
