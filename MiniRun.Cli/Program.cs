using MiniRun.Cli;

return await Minirun.RunAsync(args, new Surroundings());
