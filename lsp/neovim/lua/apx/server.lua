-- The server as a client of Neovim's: what it is told, what it may ask for, and what happens when it is attached to a buffer.
local hints = require('apx.hints')
local lenses = require('apx.lenses')
local versions = require('apx.versions')

local M = {}

--- The settings as they were given: the server says what is wrong with them. An empty table is one of names, not a list.
local function settings_of(given)
  return (given and next(given) ~= nil) and given or vim.empty_dict()
end

--- What this Neovim can do for the server, with what this plugin adds to it.
local function capabilities(given)
  local all = given or vim.lsp.protocol.make_client_capabilities()
  all.workspace = all.workspace or {}
  all.textDocument = all.textDocument or {}
  all.workspace.codeLens = { refreshSupport = true }
  all.workspace.inlayHint = { refreshSupport = true }
  all.textDocument.codeLens = { dynamicRegistration = false }
  all.textDocument.inlayHint = all.textDocument.inlayHint or { dynamicRegistration = false }
  return all
end

local function each_buffer(id, refresh)
  local client = vim.lsp.get_client_by_id(id)
  if client then
    for _, buffer in ipairs(vim.lsp.get_buffers_by_client_id(id)) do
      refresh(buffer)
    end
  end
end

--- Requests of the server that older versions do not know.
local function handlers()
  local own = {
    ['workspace/codeLens/refresh'] = function(_, _, ctx)
      each_buffer(ctx.client_id, lenses.refresh)
      return vim.NIL
    end,
  }
  if not versions.draws_hints then
    own['workspace/inlayHint/refresh'] = function(_, _, ctx)
      each_buffer(ctx.client_id, hints.refresh)
      return vim.NIL
    end
  end
  return own
end

local function attached(options)
  return function(client, buffer)
    if options.hints ~= false then
      if versions.draws_hints then
        vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
      else
        hints.attach(buffer)
      end
    end
    if options.lenses ~= false then
      lenses.attach(buffer)
    end
    require('apx.commands').attach(buffer)
    vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
    if options.on_attach then
      options.on_attach(client, buffer)
    end
  end
end

--- The configuration of the client, for a command line.
function M.config(options, cmd, root)
  local settings = settings_of(options.settings)
  return {
    name = 'apx',
    cmd = cmd,
    root_dir = root,
    capabilities = capabilities(options.capabilities),
    handlers = handlers(),
    init_options = settings,
    settings = { apx = settings },
    on_attach = attached(options),
    on_exit = function(code, signal)
      if code ~= 0 and not M.stopping then
        vim.schedule(function()
          versions.tell(('the server ended with exit code %d%s. The log says why (:lua print(vim.lsp.get_log_path())); :ApxRestart starts it again'):format(code, signal ~= 0 and ', signal ' .. signal or ''), vim.log.levels.ERROR)
        end)
      end
    end,
  }
end

return M
