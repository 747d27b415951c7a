// What a process under a filter can do, told call by call. No library: what it would do on its own a filter may forbid.
//   probe calls [FILTER]   prints "abi number result" for every number, under the filter of a file where one is given
//   probe wait             says "ready" and lives until its input ends
//   probe dump PID         prints the newest filter of a process, as the kernel has it
typedef unsigned long u64;
typedef unsigned int u32;

struct instruction { unsigned short code; unsigned char yes, no; u32 operand; };
struct program { unsigned short length; struct instruction *first; };

static long call(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
    long result;
    register u64 r10 __asm__("r10") = d;
    register u64 r8 __asm__("r8") = e;
    register u64 r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}

// Six arguments, all of them -1 but maybe the third, through the door of i386; ebp is the sixth.
static long call32(u64 number, long third)
{
    long result;
    __asm__ volatile(
        "push %%rbp\n\tmov %%rbx, %%r12\n\tmov $-1, %%rbx\n\tmov $-1, %%rbp\n\tint $0x80\n\tmov %%r12, %%rbx\n\tpop %%rbp"
        : "=a"(result) : "a"(number), "c"(-1L), "d"(third), "S"(-1L), "D"(-1L) : "r8", "r9", "r10", "r11", "r12", "memory");
    return (int)result;
}

enum { X64, X32, I386 };
enum { READ = 0, WRITE = 1, OPEN = 2, MMAP = 9, ALARM = 37, CLONE = 56, WAIT4 = 61, KILL = 62, PTRACE = 101, EXIT_GROUP = 231, SECCOMP = 317 };

static void quit(int code) { for (;;) call(EXIT_GROUP, code, 0, 0, 0, 0, 0); }

static void say(const char *text)
{
    u64 length = 0;
    while (text[length]) length++;
    call(WRITE, 1, (u64)text, length, 0, 0, 0);
}

static void tell(const char *abi, u32 number, const char *word, long value)
{
    char line[64];
    char digits[24];
    int at = 0;
    for (; *abi; abi++) line[at++] = *abi;
    line[at++] = ' ';
    int count = 0;
    do digits[count++] = '0' + number % 10; while (number /= 10);
    while (count) line[at++] = digits[--count];
    line[at++] = ' ';
    for (; *word; word++) line[at++] = *word;
    if (value) {
        line[at++] = ' ';
        do digits[count++] = '0' + value % 10; while (value /= 10);
        while (count) line[at++] = digits[--count];
    }
    line[at++] = '\n';
    line[at] = 0;
    say(line);
}

enum { UNTOUCHED = 1 << 20, ABIS = 3, NUMBERS = 560 };

// One place for each call: a second process that comes back from fork, at whatever time, tells of no other call.
static volatile long *results;
static long children[ABIS][NUMBERS];

static volatile long *place_of(int abi, u32 number) { return results + abi * NUMBERS + number; }

// sync would wait for every disk of the host.
static int is_skipped(int abi, u32 number) { return number == (abi == I386 ? 36 : 162); }

// pause and sigsuspend wait for a signal. All of them wait at once, for the same alarm.
static int waits(int abi, u32 number) { return abi == I386 ? number == 29 || number == 72 : number == 34; }

static void try(int abi, u32 number, u32 seconds)
{
    volatile long *result = place_of(abi, number);
    *result = UNTOUCHED;
    long child = call(CLONE, 17, 0, 0, 0, 0, 0);
    if (child == 0) {
        // Whatever else may block is over soon.
        call(ALARM, seconds, 0, 0, 0, 0, 0);
        // With all signals blocked, as -1 has it, sigsuspend would not hear of the alarm.
        long value = abi == I386 ? call32(number, number == 72 ? 0 : -1) : call(number | (abi == X32 ? 0x40000000 : 0), -1, -1, -1, -1, -1, -1);
        if (*result == UNTOUCHED) *result = value;
        quit(0);
    }
    children[abi][number] = child;
}

static void report(int abi, u32 number)
{
    static const char *const names[] = { "x64", "x32", "i386" };
    long child = children[abi][number];
    if (child < 0) { tell(names[abi], number, "no-process", -child); return; }
    u32 status = 0;
    call(WAIT4, child, (u64)&status, 0x40000000, 0, 0, 0);
    long value = *place_of(abi, number);
    if (status & 0x7f) tell(names[abi], number, "signal", status & 0x7f);
    else if (value == UNTOUCHED) tell(names[abi], number, "ended", 0);
    else if (value < 0 && value > -4096) tell(names[abi], number, "errno", -value);
    else tell(names[abi], number, "ok", 0);
}

static void try_all(void)
{
    const u32 patience = 2;
    for (int abi = X64; abi < ABIS; abi++)
        for (u32 number = 0; number < NUMBERS; number++) if (waits(abi, number)) try(abi, number, patience);
    for (int abi = X64; abi < ABIS; abi++)
        for (u32 number = 0; number < NUMBERS; number++)
            if (!is_skipped(abi, number) && !waits(abi, number)) { try(abi, number, 10); report(abi, number); }
    for (int abi = X64; abi < ABIS; abi++)
        for (u32 number = 0; number < NUMBERS; number++) if (waits(abi, number)) report(abi, number);
}

static struct instruction filter[4096];

static void load(const char *path)
{
    long file = call(OPEN, (u64)path, 0, 0, 0, 0, 0);
    long size = 0, count;
    while ((count = call(READ, file, (u64)filter + size, sizeof(filter) - size, 0, 0, 0)) > 0) size += count;
    struct program program = { size / 8, filter };
    long result = call(SECCOMP, 1, 0, (u64)&program, 0, 0, 0);
    if (result != 0) { tell("load", size, "errno", -result); quit(1); }
}

static void dump(const char *digits)
{
    long pid = 0;
    for (; *digits; digits++) pid = pid * 10 + *digits - '0';
    u32 status;
    long count = 0;
    // Seize, interrupt, wait for the stop, read, detach by ending.
    if (call(PTRACE, 0x4206, pid, 0, 0, 0, 0) == 0 && call(PTRACE, 0x4207, pid, 0, 0, 0, 0) == 0
        && call(WAIT4, pid, (u64)&status, 0x40000000, 0, 0, 0) == pid)
        count = call(PTRACE, 0x420c, pid, 0, (u64)filter, 0, 0);
    if (count <= 0) quit(1);
    call(WRITE, 1, (u64)filter, count * 8, 0, 0, 0);
    quit(0);
}

__attribute__((used)) static void start(u64 *stack)
{
    char **arguments = (char **)(stack + 1);
    char what = stack[0] > 1 ? arguments[1][0] : 0;
    if (what == 'd') dump(arguments[2]);
    if (what == 'w') {
        char byte;
        say("ready\n");
        while (call(READ, 0, (u64)&byte, 1, 0, 0, 0) > 0) {}
        quit(0);
    }
    results = (long *)call(MMAP, 0, ABIS * NUMBERS * sizeof(long), 3, 0x21, -1, 0);
    // What a call of i386 takes for a pointer is the last address of 32 bits, where there must be nothing to be read.
    call(MMAP, 0xfffff000, 4096, 0, 0x32, -1, 0);
    if (stack[0] > 2) load(arguments[2]);
    try_all();
    quit(0);
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n");
