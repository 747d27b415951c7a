namespace MiniRun.Runtime.Images;

/// <summary>An image that containers can be made of.</summary>
/// <param name="Name">How requests name it.</param>
/// <param name="Layers">The unpacked layers' folders, lowest first.</param>
/// <param name="Command">What runs when a container names no command; empty when the image has none.</param>
/// <param name="Environment">NAME=value.</param>
sealed record Image(string Name, IReadOnlyList<string> Layers, IReadOnlyList<string> Command, IReadOnlyList<string> Environment);
