global using DriveNotFoundException = System.Management.Automation.DriveNotFoundException;
