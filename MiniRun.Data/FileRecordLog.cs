namespace MiniRun.Data;

sealed class FileRecordLog;
