// What the .NET runtime does at every start and this program does not need, replaced when the executable is linked
// (--wrap in MiniRun.Runtime.csproj). A start would otherwise read two dozen files of /proc and /sys to size a collector
// that never collects, and make a thread for finalizers that never run: more than half of what a start costs.
// A name that a later runtime no longer has costs nothing but the time saved: --wrap of it does nothing.
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The runtime's own settings (gcconfig.h), which it would look for in ninety environment variables. Not asking also keeps
// the caller's DOTNET_* out of a privileged program.
extern int64_t heap_hard_limit __asm__("_ZN8GCConfig17s_GCHeapHardLimitE");
extern int64_t youngest_budget __asm__("_ZN8GCConfig10s_Gen0SizeE");
extern bool concurrent __asm__("_ZN8GCConfig14s_ConcurrentGCE");

void configure(void) __asm__("__wrap__ZN8GCConfig10InitializeEv");
void configure(void)
{
    heap_hard_limit = 32 << 20;
    // Nothing is collected before this much was allocated: some ten times what a launch allocates.
    youngest_budget = 8 << 20;
    concurrent = false;
}

// Files of cgroups, NUMA nodes, caches and memory: the heap's size is fixed, and there is one of it.
void read_memory_cgroup(void) __asm__("__wrap__Z16InitializeCGroupv");
void read_memory_cgroup(void)
{
}

void read_cpu_cgroup(void) __asm__("__wrap__Z19InitializeCpuCGroupv");
void read_cpu_cgroup(void)
{
}

void read_nodes(void) __asm__("__wrap__Z21NUMASupportInitializev");
void read_nodes(void)
{
}

size_t cache_size(bool exact) __asm__("__wrap__ZN15GCToOSInterface25GetCacheSizePerLogicalCpuEb");
size_t cache_size(bool exact)
{
    (void)exact;
    return 0;
}

void memory_status(uint64_t limit, uint32_t *load, uint64_t *available, uint64_t *page_file)
    __asm__("__wrap__ZN15GCToOSInterface15GetMemoryStatusEmPjPmS1_");
void memory_status(uint64_t limit, uint32_t *load, uint64_t *available, uint64_t *page_file)
{
    (void)limit;
    if (load != NULL)
        *load = 0;
    if (available != NULL)
        *available = 1ull << 30;
    if (page_file != NULL)
        *page_file = 0;
}

// The size of processor sets; the kernel knows no more than this.
int most_processors(void) __asm__("__wrap_minipal_get_cpu_max_possible_count");
int most_processors(void)
{
    return 8192;
}

#ifdef __x86_64__
// A virtual machine leaves to its host for every CPUID, which takes 2 to 4 microseconds, and the runtime executes two dozen.
// What the code was compiled for is enough: nothing here is worth a wider vector.
extern int compiled_for __asm__("g_requiredCpuFeatures");

int processor_features(void) __asm__("__wrap_minipal_getcpufeatures");
int processor_features(void)
{
    return compiled_for;
}
#endif

// No finalizer's thread: handles are closed by their owners. The process has one thread, so that nothing can stop
// between a clone and the execve of its child (DECISIONS 1).
bool start_finalizer(void *run, void *context) __asm__("__wrap__Z23PalStartFinalizerThreadPFjPvES_");
bool start_finalizer(void *run, void *context)
{
    (void)run;
    (void)context;
    return true;
}

// The heap is reserved ready to use. The runtime would make each piece of it accessible on its own, which splits the
// mapping and costs two calls each; untouched pages cost nothing either way.
void *reserve(size_t size, size_t alignment, uint32_t flags, uint16_t node) __asm__("__wrap__ZN15GCToOSInterface14VirtualReserveEmmjt");
void *reserve(size_t size, size_t alignment, uint32_t flags, uint16_t node)
{
    (void)flags;
    (void)node;
    size_t page = (size_t)getpagesize();
    if (alignment < page)
        alignment = page;
    size_t total = size + alignment - page;
    char *start = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    char *place = (char *)(((uintptr_t)start + alignment - 1) & ~(uintptr_t)(alignment - 1));
    if (place > start)
        munmap(start, (size_t)(place - start));
    if (start + total > place + size)
        munmap(place + size, (size_t)(start + total - place - size));
    return place;
}

bool commit(void *place, size_t size, uint16_t node) __asm__("__wrap__ZN15GCToOSInterface13VirtualCommitEPvmt");
bool commit(void *place, size_t size, uint16_t node)
{
    (void)place;
    (void)size;
    (void)node;
    return true;
}

bool decommit(void *place, size_t size) __asm__("__wrap__ZN15GCToOSInterface15VirtualDecommitEPvm");
bool decommit(void *place, size_t size)
{
    return madvise(place, size, MADV_DONTNEED) == 0;
}

// What the runtime's archives use of glibc alone, for the link with musl: processor sets of any size.
__attribute__((weak)) void *__sched_cpualloc(size_t processors)
{
    return calloc((processors + 63) / 64, 8);
}

__attribute__((weak)) void __sched_cpufree(void *set)
{
    free(set);
}

// Otherwise in one of the compiler's start files, which are made for glibc.
__attribute__((weak, visibility("hidden"))) void *__dso_handle = NULL;
