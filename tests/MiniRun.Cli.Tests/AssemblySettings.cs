using Xunit.Sdk;
using Xunit.v3;

// A command's options are shared by every command line of the process, which a program parses once.
[assembly: Parallelization(Mode = ParallelMode.None)]
