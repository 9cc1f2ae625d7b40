-- The commands of a buffer whose program the server knows.
local lenses = require('apx.lenses')
local versions = require('apx.versions')

local M = {}
local FORMAT_MS = 5000

--- Says what came of a command.
local function say(what)
  return function(err, result)
    if err then
      versions.tell(what .. ': ' .. (err.message or tostring(err)), vim.log.levels.ERROR)
    elseif type(result) == 'table' and type(result.title or result.line) == 'string' then
      versions.tell(what .. ': ' .. (result.title or result.line))
    end
  end
end

--- The text of the whole buffer in its canonical layout.
function M.format(buffer)
  local client = versions.clients(buffer)[1]
  if not client then
    return versions.tell('the server is not running in this buffer', vim.log.levels.ERROR)
  end
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    options = { tabSize = 2, insertSpaces = true },
  }
  local done, found, wrong = false, nil, nil
  local asked = vim.api.nvim_buf_get_changedtick(buffer)
  versions.request(client, 'textDocument/formatting', params, function(err, result)
    done, found, wrong = true, result, err
  end, buffer)
  vim.wait(FORMAT_MS, function()
    return done
  end, 5)
  if not done then
    return versions.tell('the server did not answer in time; nothing was changed', vim.log.levels.ERROR)
  elseif wrong then
    return versions.tell(wrong.message, vim.log.levels.ERROR)
  elseif found and vim.api.nvim_buf_get_changedtick(buffer) == asked then
    vim.lsp.util.apply_text_edits(found, buffer, client.offset_encoding)
  end
end

--- Runs the test that the cursor is in, or the one with this name.
function M.test(buffer, name)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  if name ~= '' then
    local at
    for number, text in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, true)) do
      if text:match('^%s*test%s+"([^"]*)"') == name then
        at = number - 1
      end
    end
    if not at then
      return versions.tell(('there is no test "%s" in this file'):format(name), vim.log.levels.ERROR)
    end
    line = at
  end
  lenses.run(buffer, 'apx.test', line, say('test'))
end

--- The names of the tests in a buffer, for completion.
local function tests(buffer)
  local found = {}
  for _, text in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, true)) do
    found[#found + 1] = text:match('^%s*test%s+"([^"]*)"')
  end
  return found
end

local function command(buffer, name, work, more)
  vim.api.nvim_buf_create_user_command(buffer, name, work, vim.tbl_extend('force', { desc = name }, more or {}))
end

function M.attach(buffer)
  command(buffer, 'ApxBacktest', function()
    lenses.run(buffer, 'apx.backtest', 0, say('backtest'))
  end, { desc = 'Trade this program on past bars' })
  command(buffer, 'ApxTest', function(args)
    M.test(buffer, args.args)
  end, {
    desc = 'Run the test at the cursor, or the one with this name',
    nargs = '?',
    complete = function(lead)
      return vim.tbl_filter(function(name)
        return vim.startswith(name, lead)
      end, tests(buffer))
    end,
  })
  command(buffer, 'ApxFormat', function()
    M.format(buffer)
  end, { desc = 'Give this program its canonical layout' })
  command(buffer, 'ApxRun', function()
    lenses.run_here()
  end, { desc = 'Run what stands at the end of this line' })
  command(buffer, 'ApxHints', function()
    if versions.draws_hints then
      vim.lsp.inlay_hint.enable(not vim.lsp.inlay_hint.is_enabled({ bufnr = buffer }), { bufnr = buffer })
    else
      require('apx.hints').toggle(buffer)
    end
  end, { desc = 'Show or hide units beside names' })
  command(buffer, 'ApxRestart', function()
    require('apx').restart()
  end, { desc = 'Stop the language server and start it again' })
end

return M
