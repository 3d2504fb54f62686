using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace AlertGateway.Server.Security;

/// <summary>Keys that seal cookies, in a folder (mode 0700) whose files (mode 0600) nobody but the owner of the process reads: who has a key can sign in as anybody.</summary>
internal sealed class OwnerOnlyKeyFolder(string folder, ILoggerFactory loggers) : FileSystemXmlRepository(Create(folder), loggers)
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public override void StoreElement(XElement element, string friendlyName)
    {
        base.StoreElement(element, friendlyName);
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.EnumerateFiles("*.xml"))
        {
            if (file.UnixFileMode != OwnerFile) file.UnixFileMode = OwnerFile;
        }
    }

    private static DirectoryInfo Create(string folder)
    {
        if (OperatingSystem.IsWindows()) return System.IO.Directory.CreateDirectory(folder);
        var made = System.IO.Directory.CreateDirectory(folder, OwnerFile | UnixFileMode.UserExecute);
        // A folder that stood there may be open to others.
        made.UnixFileMode = OwnerFile | UnixFileMode.UserExecute;
        return made;
    }
}
