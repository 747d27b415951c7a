// malloc for a program that lives for a millisecond, or for days without allocating. musl's own maps every size apart:
// twenty mappings and forty page faults before Main begins. Here a block is a power of two with its header, cut from one
// mapping, and a freed one waits for the next of its size.
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

struct block
{
    // The power of two that it spans, header included.
    size_t power;
    struct block *next;
};

enum
{
    header = sizeof(struct block),
    smallest = 5,
    powers = 48,
};

// More than a launch uses: what is not touched costs nothing.
static const size_t piece = 4 << 20;

static struct block *freed[powers];
static char *fresh, *end;
static atomic_flag busy = ATOMIC_FLAG_INIT;

static struct block *take(size_t size, bool *is_fresh)
{
    if (size > SIZE_MAX / 4)
        return NULL;
    size_t power = 64 - (size_t)__builtin_clzll(size + header - 1);
    if (power < smallest)
        power = smallest;
    size_t span = (size_t)1 << power;
    struct block *block = freed[power];
    *is_fresh = block == NULL;
    if (block != NULL)
    {
        freed[power] = block->next;
        return block;
    }

    if ((size_t)(end - fresh) < span)
    {
        size_t length = span > piece ? span : piece;
        char *more = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (more == MAP_FAILED)
            return NULL;
        fresh = more;
        end = more + length;
    }

    block = (struct block *)fresh;
    block->power = power;
    fresh += span;
    return block;
}

static void *allocate(size_t size, bool zeroed)
{
    bool is_fresh;
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        ;
    struct block *block = take(size, &is_fresh);
    atomic_flag_clear_explicit(&busy, memory_order_release);
    if (block == NULL)
    {
        errno = ENOMEM;
        return NULL;
    }

    // Fresh pages are zero already.
    if (zeroed && !is_fresh)
        memset(block + 1, 0, size);
    return block + 1;
}

void *malloc(size_t size)
{
    return allocate(size, false);
}

void *calloc(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
    {
        errno = ENOMEM;
        return NULL;
    }

    return allocate(total, true);
}

void free(void *place)
{
    if (place == NULL)
        return;
    struct block *block = (struct block *)place - 1;
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        ;
    block->next = freed[block->power];
    freed[block->power] = block;
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

void *realloc(void *place, size_t size)
{
    if (place == NULL)
        return malloc(size);
    size_t room = ((size_t)1 << ((struct block *)place - 1)->power) - header;
    if (size <= room)
        return place;
    void *larger = malloc(size);
    if (larger != NULL)
    {
        memcpy(larger, place, room);
        free(place);
    }

    return larger;
}

// Every block is aligned to sixteen bytes; nothing here asks for more. musl's would take these blocks for its own.
void *aligned_alloc(size_t alignment, size_t size)
{
    if (alignment <= header)
        return malloc(size);
    errno = EINVAL;
    return NULL;
}
